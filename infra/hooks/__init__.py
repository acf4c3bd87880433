"""What azd runs around a deployment: waits, the index of materials, the sample catalogue, first calls."""
