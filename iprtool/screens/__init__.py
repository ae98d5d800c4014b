"""The screens: each wires, none computes."""
