"""A proxy that lets connections wait for each other: run as a module with PORT and STEP.

As a login, a lock or a name lookup in the way of each join does. It passes on all else as it comes.
"""

import asyncio
import sys

import uvloop


async def passing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on bytes until one side ends."""
    try:
        while raw := await reader.read(65_536):
            writer.write(raw)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(port: int, step: float) -> None:
    """Let them in one after the other, `step` seconds each."""
    turn = asyncio.Lock()

    async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with turn:
            await asyncio.sleep(step)
        inside, outside = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(passing(reader, outside), passing(inside, writer))

    server = await asyncio.start_server(let_in, "127.0.0.1", 0, backlog=2_048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), float(sys.argv[2])))
