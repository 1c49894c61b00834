"""Actions of the stage."""
