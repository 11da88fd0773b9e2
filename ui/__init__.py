"""The screens. Views draw, components draw one value each, `session` alone holds state."""
