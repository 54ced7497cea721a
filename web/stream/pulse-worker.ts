/** A shell: beats in a worker; told how often in milliseconds. */

self.onmessage = (message: MessageEvent<number>) => {
  setInterval(() => self.postMessage(null), message.data);
};
