"""What a course is made of beside its lessons: checks that hint, progress, handouts."""
