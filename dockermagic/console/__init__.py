"""The console script `dockermagic`, for authors and instructors: handouts, new lessons, readiness, images for a room."""
