"""What language models are asked, and how far their answers are trusted."""
