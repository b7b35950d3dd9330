/// A signal came while a drop was being read: the drop stays claimed, and the next start reads it again.
struct StoppedReading: Error {}
