"""What the pages share. The only part of bvmt that knows Streamlit."""
