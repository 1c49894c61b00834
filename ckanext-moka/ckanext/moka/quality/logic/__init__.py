"""Actions of the quality stage and who may use them."""
