import Synchronization
import XCTest

@testable import SystemIO

final class ThreadsTests: XCTestCase {
    func testElementsLeaveInTheOrderTheyCame() {
        let queue = BoundedQueue<Int>(capacity: 3)
        for round in 0..<4 {
            XCTAssertTrue(queue.push(round))
            XCTAssertTrue(queue.push(round + 100))
            XCTAssertEqual(queue.pop(), round)
            XCTAssertEqual(queue.pop(), round + 100)
        }
        XCTAssertTrue(queue.push(1))
        queue.close()
        XCTAssertFalse(queue.push(2))
        XCTAssertEqual(queue.pop(), 1, "what was inside can still be taken")
        XCTAssertNil(queue.pop())
    }

    func testManyProducersAndConsumersLoseNothing() throws {
        let queue = BoundedQueue<Int>(capacity: 5)
        let producers = (0..<8).map { producer in
            Worker.start(name: "producer") {
                for index in 0..<2_000 where !queue.push(producer * 2_000 + index) { return false }
                return true
            }
        }
        let consumers = (0..<3).map { _ in
            Worker.start(name: "consumer") {
                var taken: [Int] = []
                while let element = queue.pop() { taken.append(element) }
                return taken
            }
        }
        for producer in producers { XCTAssertTrue(try producer.join()) }
        queue.close()
        var all: [Int] = []
        for consumer in consumers {
            let taken = try consumer.join()
            // Each consumer sees the elements of one producer in their order.
            for producer in 0..<8 {
                let own = taken.filter { $0 / 2_000 == producer }
                XCTAssertEqual(own, own.sorted())
            }
            all += taken
        }
        XCTAssertEqual(all.sorted(), Array(0..<16_000))
    }

    func testAFullQueueHoldsItsProducerBack() throws {
        final class Progress: Sendable { let begun = Atomic<Int>(0) }
        let queue = BoundedQueue<Int>(capacity: 2)
        let progress = Progress()
        let producer = Worker.start(name: "producer") {
            for index in 0..<1_000 {
                progress.begun.store(index, ordering: .sequentiallyConsistent)
                queue.push(index)
            }
        }
        for index in 0..<1_000 {
            XCTAssertEqual(queue.pop(), index)
            // At most two inside, and one at the door.
            XCTAssertLessThanOrEqual(progress.begun.load(ordering: .sequentiallyConsistent), index + 3)
        }
        try producer.join()
    }

    func testCancelDropsWhatIsInsideAndReleasesEverybody() throws {
        let full = BoundedQueue<Int>(capacity: 1)
        full.push(1)
        let producer = Worker.start(name: "producer") { full.push(2) }
        full.cancel()
        XCTAssertFalse(try producer.join())
        XCTAssertNil(full.pop())

        let empty = BoundedQueue<Int>(capacity: 1)
        let consumer = Worker.start(name: "consumer") { empty.pop() }
        empty.cancel()
        XCTAssertNil(try consumer.join())
    }

    func testDroppedElementsAreReleased() {
        final class Element: Sendable {}
        let queue = BoundedQueue<Element>(capacity: 2)
        weak var inside: Element?
        weak var taken: Element?
        do {
            let first = Element()
            let second = Element()
            taken = first
            inside = second
            queue.push(first)
            queue.push(second)
        }
        XCTAssertNotNil(inside)
        _ = queue.pop()
        XCTAssertNil(taken)
        queue.cancel()
        XCTAssertNil(inside)
    }

    // MARK: - Elements with places

    func testElementsLeaveInTheOrderOfTheirPlacesHoweverTheyCome() throws {
        let queue = OrderedQueue<Int>(capacity: 5, producers: 8)
        let handed = BoundedQueue<Int>(capacity: 4)
        let producers = (0..<8).map { _ in
            Worker.start(name: "producer") {
                defer { queue.leave() }
                while let place = handed.pop() {
                    guard queue.push(place * 10, at: place) else { return false }
                }
                return true
            }
        }
        let source = Worker.start(name: "source") {
            for place in 0..<10_000 { handed.push(place) }
            handed.close()
        }
        for place in 0..<10_000 { XCTAssertEqual(queue.pop(), place * 10) }
        XCTAssertNil(queue.pop(), "everybody has left")
        for producer in producers { XCTAssertTrue(try producer.join()) }
        try source.join()
    }

    func testWhoeverIsFarAheadWaits() throws {
        let queue = OrderedQueue<Int>(capacity: 2, producers: 2)
        XCTAssertTrue(queue.push(1, at: 1))
        let ahead = Worker.start(name: "ahead") {
            defer { queue.leave() }
            return queue.push(2, at: 2)
        }
        XCTAssertTrue(queue.push(0, at: 0), "the next one never waits")
        queue.leave()
        XCTAssertEqual([queue.pop(), queue.pop(), queue.pop(), queue.pop()], [0, 1, 2, nil])
        XCTAssertTrue(try ahead.join())
    }

    func testACancelledOrderReleasesEverybodyAndWhatIsInside() throws {
        final class Element: Sendable {}
        let queue = OrderedQueue<Element>(capacity: 1, producers: 1)
        weak var inside: Element?
        do {
            let element = Element()
            inside = element
            XCTAssertTrue(queue.push(element, at: 0))
        }
        let ahead = Worker.start(name: "ahead") { queue.push(Element(), at: 1) }
        XCTAssertNotNil(inside)
        queue.cancel()
        XCTAssertFalse(try ahead.join())
        XCTAssertNil(inside)
        XCTAssertNil(queue.pop())

        let empty = OrderedQueue<Int>(capacity: 1, producers: 1)
        let consumer = Worker.start(name: "consumer") { empty.pop() }
        empty.cancel()
        XCTAssertNil(try consumer.join())
    }

    // MARK: - Workers

    func testAWorkerGivesItsResultOrItsErrorAnyNumberOfTimes() throws {
        struct Refusal: Error {}
        let good = Worker.start(name: "good") { 42 }
        XCTAssertEqual(try good.join(), 42)
        XCTAssertEqual(try good.join(), 42)
        let bad = Worker<Int>.start(name: "bad") { throw Refusal() }
        for _ in 0..<2 { XCTAssertThrowsError(try bad.join()) { XCTAssertTrue($0 is Refusal) } }
    }

    func testAWorkerHasItsNameAndTheStackItAskedFor() throws {
        let worker = Worker.start(name: "a-name-of-eighteen", stackBytes: 8 << 20) {
            // Far more than the default of the smallest systems, on the stack.
            unsafe withUnsafeTemporaryAllocation(byteCount: 6 << 20, alignment: 16) { room in
                unsafe room.initializeMemory(as: UInt8.self, repeating: 1)
                return room.count
            }
        }
        XCTAssertEqual(try worker.join(), 6 << 20)
        let name = Worker.start(name: "a-name-of-eighteen") { try Files.read("/proc/thread-self/comm", limit: 64) }
        XCTAssertEqual(String(decoding: try name.join(), as: UTF8.self), "a-name-of-eight\n")
    }

    func testAForgottenWorkerStillFinishes() throws {
        let done = BoundedQueue<Int>(capacity: 1)
        _ = Worker.start(name: "forgotten") { done.push(1) }
        XCTAssertEqual(done.pop(), 1)
    }
}
