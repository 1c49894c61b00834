"""Actions, authorization and schemas of the stage."""
