import Glibc
import SystemIO
import WebIO

// Makes calls for the `waybill` that started it; `WebFrame` says what they say to each other.
guard CommandLine.arguments.count == 1, !Terminal.isTerminal(0) else {
    try? Descriptor.writeAll(
        2, Array("waybill-web calls servers for waybill, which starts it: nobody else needs to\n".utf8)[...],
        path: "standard error")
    exit(2)
}
ProcessSetup.confine()
#if HTTP
    WebDesk().run()
#else
    // Status 3, as for a configuration that cannot be used.
    try? Descriptor.writeAll(1, WebFrame.greeting(calls: false)[...], path: "standard output")
    exit(3)
#endif
