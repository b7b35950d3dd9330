// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: language mode 6, unsafe constructs marked, imports internal by default.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// What libFuzzer needs to see in the modules it drives; empty unless somebody is fuzzing (`Sources/README.md`).
let isFuzzing = Context.environment["WAYBILL_FUZZ"] != nil
let watched: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address", "-assert-config", "Debug"])] : []

let package = Package(
    name: "waybill",
    products: [
        .executable(name: "waybill", targets: ["WaybillCommand"]),
        .executable(name: "waybill-bench", targets: ["WaybillBench"]),
        .executable(name: "waybill-web", targets: ["WaybillWeb"]),
    ],
    // URLSession needs libcurl. Without the trait `waybill-web` is built all the same, and says that it cannot call.
    traits: [
        .trait(name: "HTTP", description: "Calls to servers by URLSession, in waybill-web."),
        .default(enabledTraits: ["HTTP"]),
    ],
    // Always empty: the two C libraries below come with the operating system.
    dependencies: [],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"])]),
        .target(name: "CShims", dependencies: ["CSQLite"]),
        .target(
            name: "SystemIO", dependencies: ["CSQLite", "CZlib", "CShims"], swiftSettings: strict + watched),
        .target(name: "WebIO", dependencies: ["SystemIO"], swiftSettings: strict),
        // The only target that knows URLSession: a program of its own, which a server's answer may end.
        .executableTarget(name: "WaybillWeb", dependencies: ["WebIO", "SystemIO"], swiftSettings: strict),
        .target(name: "Waybill", dependencies: ["SystemIO", "WebIO", "CShims"], swiftSettings: strict + watched),
        .executableTarget(
            name: "WaybillCommand", dependencies: ["Waybill", "SystemIO", "WebIO"], swiftSettings: strict),
        .executableTarget(
            name: "WaybillBench", dependencies: ["Waybill", "SystemIO", "IndependentOracle"], swiftSettings: strict),
        // It must not know what it checks, so it depends on nothing.
        .target(name: "IndependentOracle", path: "Tests/IndependentOracle", swiftSettings: strict),
        .target(name: "Support", dependencies: ["Waybill", "SystemIO"], path: "Tests/Support", swiftSettings: strict),
        .target(
            name: "FuzzChecks", dependencies: ["Waybill", "SystemIO"], path: "Tests/FuzzChecks",
            swiftSettings: strict + watched),
        .testTarget(name: "OracleTests", dependencies: ["IndependentOracle"], swiftSettings: strict),
        .testTarget(name: "SystemIOTests", dependencies: ["SystemIO", "Support"], swiftSettings: strict),
        .testTarget(name: "WebIOTests", dependencies: ["WebIO", "SystemIO", "Support"], swiftSettings: strict),
        .testTarget(
            name: "WaybillTests", dependencies: ["Waybill", "SystemIO", "Support", "FuzzChecks"], swiftSettings: strict),
        .testTarget(
            name: "CommandTests", dependencies: ["Waybill", "SystemIO", "Support", "WaybillCommand"],
            swiftSettings: strict),
    ]
)

// libFuzzer brings its own `main`; an ordinary build does not need this target.
if isFuzzing {
    package.products.append(.executable(name: "waybill-fuzz", targets: ["WaybillFuzz"]))
    package.targets.append(
        .executableTarget(
            name: "WaybillFuzz", dependencies: ["FuzzChecks"],
            swiftSettings: strict + watched + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}
