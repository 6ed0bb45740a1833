"""What a Sentiment Scan is made of: gathering news, reading it, judging its tone, and taking over the platform's."""
