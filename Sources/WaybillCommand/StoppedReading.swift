/// A signal came while a drop was being read: it stays claimed, and the next start reads it again.
struct StoppedReading: Error {}
