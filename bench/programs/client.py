"""Application data as a Python client with the documented struct formats sends and receives it.

    client.py send PORT TEXT
    client.py receive PORT wall|processor WARMUP DURATION    (seconds; prints frames a second)
"""

import socket
import struct
import sys
import time

START_OF_MESSAGE = 0xA55A5AA5
VERSION = 0x0100
SEND_APP_DATA_REQUEST = 0x05
RECEIVE_APP_DATA_RESPONSE = 0x46
HEADER_FORMAT = "<IHHHH"
DATA_FORMAT = "<IHH4046sI"
HEADER_SIZE = struct.calcsize(HEADER_FORMAT)
CHECK_CLOCK_EVERY = 256


def encode(atr_id, app_value, text):
    data = text.encode("utf-8")
    payload = struct.pack(DATA_FORMAT, SEND_APP_DATA_REQUEST, atr_id, app_value, data, len(data))
    length = len(payload)
    return struct.pack(HEADER_FORMAT, START_OF_MESSAGE, VERSION, length, length ^ 0xFFFF, 0) + payload


def receive_exactly(connection, size):
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise EOFError("the peer ended the connection")
        received += part
    return received


def receive(connection):
    start, _version, length, complement, _zero = struct.unpack(HEADER_FORMAT, receive_exactly(connection, HEADER_SIZE))
    if start != START_OF_MESSAGE or length ^ complement != 0xFFFF:
        raise ValueError("this is no message")
    code, atr_id, app_value, data, size = struct.unpack(DATA_FORMAT, receive_exactly(connection, length))
    if code != RECEIVE_APP_DATA_RESPONSE:
        raise ValueError("this is no application data")
    return atr_id, app_value, data[:size].decode("utf-8")


def receive_for(connection, seconds, clock):
    frames = 0
    begun_by_clock = clock()
    begun = time.perf_counter()
    while True:
        for _ in range(CHECK_CLOCK_EVERY):
            receive(connection)
        frames += CHECK_CLOCK_EVERY
        passed = time.perf_counter() - begun
        if passed >= seconds:
            return frames / (clock() - begun_by_clock)


def main(command, port, *arguments):
    with socket.create_connection(("127.0.0.1", int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if command == "send":
            while True:
                connection.sendall(encode(1, 200, arguments[0]))
        else:
            clock = time.process_time if arguments[0] == "processor" else time.perf_counter
            warmup, duration = map(float, arguments[1:])
            receive_for(connection, warmup, clock)
            print(receive_for(connection, duration, clock), flush=True)


main(*sys.argv[1:])
