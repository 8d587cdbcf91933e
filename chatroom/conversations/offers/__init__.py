"""Which models can be asked, and what each takes."""
