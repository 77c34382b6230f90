"""The sections of the file as typed models: the border where plain values become known shapes."""
