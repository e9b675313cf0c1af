"""Published studies replayed inside the model, one file each, and what came of it."""
