"""The operations that move money, a module for each dialect, and what each needs to begin."""
