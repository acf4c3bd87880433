"""Further processes for the app's activities, as many as ``FUNCTIONS_WORKER_PROCESS_COUNT`` asks for."""
