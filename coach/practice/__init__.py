"""What a person does here, step by step, with everything they type kept."""
