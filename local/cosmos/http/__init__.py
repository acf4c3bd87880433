"""The REST surface: requests decoded, answers encoded."""
