#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Forwards a TCP port of this host's loopback to the loopback of a network namespace, until it is ended.

Takes the port of the same number, or another one that is free, and prints the number.

usage: forward.py NAMESPACE PORT
"""
import asyncio
import ctypes
import os
import socket
import sys

CLONE_NEWNET = 0x40000000
MAX_CONNECTIONS = 64
CHUNK_BYTES = 65536


def enter(path):
    with open(path, "rb") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {path}")


def listen(port):
    """Listens on the port, or on a free one if another program has it."""
    for candidate in (port, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen()
            return listener
        except OSError:
            listener.close()
    raise SystemExit("forward.py: no free port on 127.0.0.1")


async def copy(reader, writer):
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def serve(listener, port):
    limit = asyncio.Semaphore(MAX_CONNECTIONS)

    async def forward(reader, writer):
        async with limit:
            try:
                # In the namespace that this thread is in now: that of the controller.
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))
                finally:
                    inner_writer.close()
            except OSError:
                pass
            finally:
                writer.close()

    async with await asyncio.start_server(forward, sock=listener) as server:
        print(listener.getsockname()[1], flush=True)
        await server.serve_forever()


def main():
    namespace, port = sys.argv[1], int(sys.argv[2])
    listener = listen(port)
    # A socket stays in the namespace in which it was made.
    enter(os.path.join("/run/netns", namespace))
    asyncio.run(serve(listener, port))


main()
