/** A relay on loopback that counts what passes: bytes of the wire, whatever protocol they are of. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Relay {
  port: number;
  toServer: number;
  toClient: number;
  close(): void;
}

/** Starts a relay to a port of loopback. */
export async function startRelay(serverPort: number): Promise<Relay> {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    client.on("data", (chunk) => {
      relay.toServer += chunk.length;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      relay.toClient += chunk.length;
      client.write(chunk);
    });
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    toServer: 0,
    toClient: 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return relay;
}
