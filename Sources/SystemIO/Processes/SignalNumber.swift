import Glibc

/// The signals that Waybill knows, by their numbers (`signal(7)`).
package enum SignalNumber {
    package static let hangup = SIGHUP
    package static let interrupt = SIGINT
    package static let terminate = SIGTERM
    package static let quit = SIGQUIT
}
