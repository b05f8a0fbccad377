"""A whole class in one go: released, handed in, collected, graded and given feedback (`make demo`)."""
