import SystemIO

/// The program that makes the calls: where it is, and whether it can.
package struct WebProgram: Hashable, Sendable {
    package static let name = "waybill-web"

    /// Where it is looked for.
    private let places: [String]

    /// The one that belongs to the running program: beside it, or where a package puts programs that nobody starts by
    /// hand.
    package static let own = WebProgram(beside: ProcessIdentity.program ?? "")

    package init(beside program: String) {
        let folder = Files.folder(of: program)
        places = [folder + "/" + Self.name, Files.folder(of: folder) + "/libexec/waybill/" + Self.name]
    }

    /// The file; throws what is missing.
    func path() throws(WebObstacle) -> String {
        for place in places {
            guard let status = try? FileStatus.of(place, followLinks: true), status.kind == .regular else { continue }
            guard status.mode & 0o111 != 0 else {
                throw WebObstacle("\(place), which calls servers, may not be executed: chmod 755 \(place)")
            }
            return place
        }
        throw WebObstacle(
            "\(Self.name), which calls servers, is neither at \(places[0]) nor at \(places[1]): install it at one of them"
        )
    }

    func start() throws(WebObstacle) -> Subprocess {
        let path = try path()
        do {
            return try Subprocess([path], in: "/", variables: Self.variables)
        } catch {
            throw WebObstacle(Subprocess.obstacle(error, to: [path], in: "/"))
        }
    }

    /// What it is told of this process's variables: where servers are found, and who vouches for them. Others may have
    /// keys in them, for other servers.
    private static var variables: [String] {
        // It ends at a fault. Nobody would read what it wrote of it, and that would hold what it has in memory.
        ProgramTexts.environment.filter { variable in
            let name = variable.prefix { $0 != "=" }.uppercased()
            return names.contains(name) || prefixes.contains(where: name.hasPrefix)
        } + ["SWIFT_BACKTRACE=enable=no"]
    }

    private static let names: Set = ["PATH", "HOME", "TZ", "LANG", "TMPDIR", "LOCALDOMAIN", "RES_OPTIONS"]
    private static let prefixes = [
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_", "OPENSSL_", "URLSESSION", "LC_", "LD_",
        "ASAN_", "TSAN_", "UBSAN_",
    ]

    // MARK: - Whether it can

    /// What is missing; nil if it is there and may be executed.
    package func missing() -> String? {
        do throws(WebObstacle) {
            _ = try path()
            return nil
        } catch {
            return error.words
        }
    }

    /// Why it cannot make calls; nil if it can. It is started to find out.
    package func obstacle() -> String? {
        do throws(WebObstacle) {
            return Self.words(try start())
        } catch {
            return error.words
        }
    }

    private static func words(_ program: Subprocess) -> String? {
        var greeting = FrameBuffer()
        var answer: String?? = .none
        let ending = try? program.exchange(
            patience: startMilliseconds, next: { nil },
            take: { bytes in
                greeting.append(bytes[...])
                if let content = try greeting.next(most: WebFrame.most.greeting) {
                    answer = fault(greeting: content, of: program)
                }
                return answer != nil
            }, isStopped: { false })
        return answer ?? unready(program, ending)
    }

    /// How long it may take to greet.
    static let startMilliseconds: Int64 = 20_000

    /// What is wrong with one that greets so; nil if nothing is.
    static func fault(greeting: ArraySlice<UInt8>, of program: Subprocess) -> String? {
        switch WebFrame.canCall(greeting) {
        case true?: nil
        case false?: "\(program.name) is built without HTTP, so no server can be called: install one built with it"
        case nil: "\(program.name) is of another version than this waybill: install both from one build, and restart"
        }
    }

    /// Why one that did not greet is none; nil: it could not even be asked.
    static func unready(_ program: Subprocess, _ ending: Subprocess.Ending?) -> String {
        let start = "\(program.name), which calls servers, "
        switch ending {
        case .exited(127): return start + "cannot be run: a library that it needs is not installed (libcurl)"
        case .timedOut: return start + "does not begin within \(startMilliseconds / 1_000) seconds"
        case .exited(let status): return start + "ended before it could make a call, with status \(status)"
        case .killed(let signal): return start + "ended before it could make a call, by signal \(signal)"
        case .stopped, .unknown, nil: return start + "ended before it could make a call"
        }
    }
}

/// Why no call can be made.
package struct WebObstacle: Error {
    package let words: String

    init(_ words: String) { self.words = words }
}
