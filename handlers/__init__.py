"""What happens when somebody speaks: one behaviour a file, pure."""
