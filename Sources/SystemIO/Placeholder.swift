/// Compiles alone.
