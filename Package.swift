// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: language mode 6, unsafe constructs marked, imports internal unless they say otherwise.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "waybill",
    products: [
        .executable(name: "waybill", targets: ["WaybillCommand"]),
        .executable(name: "waybill-bench", targets: ["WaybillBench"]),
    ],
    // None, ever: the two C libraries below come with the operating system.
    dependencies: [],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"])]),
        .target(name: "CShims"),
        .target(name: "SystemIO", dependencies: ["CSQLite", "CZlib", "CShims"], swiftSettings: strict),
        .target(name: "Waybill", dependencies: ["SystemIO"], swiftSettings: strict),
        .executableTarget(
            name: "WaybillCommand", dependencies: ["Waybill", "SystemIO"], swiftSettings: strict),
        .executableTarget(name: "WaybillBench", dependencies: ["Waybill", "SystemIO"], swiftSettings: strict),
        .target(name: "Support", dependencies: ["Waybill", "SystemIO"], path: "Tests/Support", swiftSettings: strict),
        .testTarget(name: "SystemIOTests", dependencies: ["SystemIO", "Support"], swiftSettings: strict),
        .testTarget(name: "WaybillTests", dependencies: ["Waybill", "SystemIO", "Support"], swiftSettings: strict),
        .testTarget(
            name: "CommandTests", dependencies: ["Waybill", "SystemIO", "Support", "WaybillCommand"],
            swiftSettings: strict),
    ]
)
