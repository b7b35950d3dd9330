#if HTTP
    import Foundation
    import FoundationNetworking
    import SystemIO
    import WebIO

    /// One call by URLSession, without cookies, caches, redirects or credentials of its own. Certificates are checked
    /// against the system's list of authorities.
    ///
    /// Each call has a connection of its own. When a kept connection turns out to be closed, libcurl sends the request
    /// again by itself, including its body; the server may have acted on the first one.
    final class WebExchange: NSObject, URLSessionDataDelegate, Sendable {
        private struct State {
            var body: [UInt8] = []
            var isTooLong = false
        }

        private let call: WebCall
        private let then: @Sendable (WebOutcome) -> Void
        private let state = Mutex(State())

        private init(_ call: WebCall, _ then: @escaping @Sendable (WebOutcome) -> Void) {
            self.call = call
            self.then = then
        }

        /// Starts a call; `then` is called once, on another thread.
        static func begin(_ call: WebCall, then: @escaping @Sendable (WebOutcome) -> Void) {
            let configuration = URLSessionConfiguration.ephemeral
            configuration.httpCookieAcceptPolicy = .never
            configuration.httpShouldSetCookies = false
            configuration.httpCookieStorage = nil
            configuration.urlCache = nil
            configuration.urlCredentialStorage = nil
            configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
            // In whole seconds, restarted with each byte that arrives; the exact end is set below.
            configuration.timeoutIntervalForRequest = Double(call.timeout / 1_000 + 2)
            let exchange = WebExchange(call, then)
            let session = URLSession(configuration: configuration, delegate: exchange, delegateQueue: nil)
            var request = URLRequest(url: call.url)
            request.httpMethod = call.method
            request.httpBody = Data(call.body)
            for header in call.headers { request.setValue(header.value, forHTTPHeaderField: header.name) }
            let task = session.dataTask(with: request)
            task.resume()
            session.finishTasksAndInvalidate()
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(call.timeout)) { [weak task] in
                task?.cancel()
            }
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
        ) {
            completionHandler(nil)
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            let isTooLong = state.withLock { state in
                if state.body.count + data.count > call.most { state.isTooLong = true } else { state.body += data }
                return state.isTooLong
            }
            if isTooLong { dataTask.cancel() }
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            let (body, isTooLong) = state.withLock { ($0.body, $0.isTooLong) }
            if isTooLong { return then(.unknown("it answers more than \(call.most) bytes")) }
            if error == nil, let response = task.response as? HTTPURLResponse {
                var headers: [String: String] = [:]
                var size = 0
                for (name, value) in response.allHeaderFields {
                    guard let name = name as? String, let value = value as? String else { continue }
                    headers[name.lowercased()] = value
                    size += name.utf8.count + value.utf8.count + 8
                }
                if size > WebFrame.most.headers { return then(.unknown("its answer has too many headers")) }
                return then(.answered(status: response.statusCode, headers: headers, body: body))
            }
            let words = Self.words(error)
            // The error's code does not tell: if a name has two addresses and one refuses, the code is that of a
            // refusal, whatever happens at the other.
            then(!call.body.isEmpty && task.countOfBytesSent == 0 ? .notSent(words) : .unknown(words))
        }

        /// Without anything of the request, since its headers contain secrets.
        private static func words(_ error: (any Error)?) -> String {
            // An error is no `NSError` here, and one of a certificate has no code of its own.
            let said = (error as? URLError)?.localizedDescription ?? "no answer"
            if said.range(of: "certificate", options: .caseInsensitive) != nil {
                return "its certificate does not hold (\(said))"
            }
            switch (error as? URLError)?.code {
            case .timedOut, .cancelled: return "it does not answer in time"
            case .cannotFindHost, .dnsLookupFailed: return "its host cannot be found"
            case .some, nil: return "the call failed (\(said))"
            }
        }
    }
#endif
