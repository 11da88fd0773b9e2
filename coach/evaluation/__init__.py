"""How good the coach is, measured on labelled cases."""
