"""Messages: how they are written (pure), and how they leave the outbox."""
