"""Dialogs of our own over UDP, asked steadily: each is sent an INFO every 100 ms, which goes through the system to the far end and back. When each was first answered again is exact."""
import select
import socket
import threading
import time

PORT = 5077
EVERY = 0.1
INVITE_AGAIN = 0.5
SDP = "v=0\r\no=asker 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"


class Dialogs:
    def __init__(self, count, to, address="127.0.0.1"):
        self._host, _, port = to.partition(":")
        self._to, self._address = (self._host, int(port)), address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, PORT))
        self._remote = [None] * count  # what the 200 to each INVITE says: our peer's tag and contact
        self._asked = [[] for _ in range(count)]  # when each INFO of a dialog was sent; its CSeq is its place + 2
        self._since, self.first = float("inf"), {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def establish(self, limit=30):
        began = time.monotonic()
        while None in self._remote:
            if time.monotonic() - began > limit:
                raise RuntimeError(f"{self._remote.count(None)} dialogs were not answered within {limit} s")
            for number in [number for number, remote in enumerate(self._remote) if remote is None]:
                self._send("INVITE", number, 1, f"sip:bench@{self._host}", SDP.format(self._address))
                self._listen(0.002)
            self._listen(INVITE_AGAIN)
        self._thread.start()

    def count_from(self, instant):
        """From now on the first answer to a request that was sent after the instant counts, dialog by dialog."""
        self.first, self._since = {}, instant

    def answered(self):
        """Seconds from that instant, one for each dialog that has been answered, in order."""
        return sorted(at - self._since for at in list(self.first.values()))

    def end(self):
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _ask(self):
        following = time.monotonic()
        while True:
            for number in range(len(self._remote)):
                if self._ended.is_set():
                    return
                following = max(following + EVERY / len(self._remote), time.monotonic() - EVERY)
                self._listen(following - time.monotonic())
                self._asked[number].append(time.monotonic())
                self._send("INFO", number, len(self._asked[number]) + 1, self._remote[number][1])

    def _send(self, method, number, cseq, uri, body=""):
        tag = "" if self._remote[number] is None else f";tag={self._remote[number][0]}"
        more = f"Contact: <sip:asker@{self._address}:{PORT}>\r\n" if method == "INVITE" else ""
        kind = "Content-Type: application/sdp\r\n" if body else ""
        text = (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self._address}:{PORT};branch=z9hG4bK{method}-{number}-{cseq}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:asker@{self._address}>;tag=asker{number}\r\nTo: <sip:bench@{self._host}>{tag}\r\nCall-ID: {number}@asker\r\nCSeq: {cseq} {method}\r\n"
                f"{more}{kind}Content-Length: {len(body)}\r\n\r\n{body}")
        try:
            self._socket.sendto(text.encode(), self._to)
        except OSError:
            pass  # nobody has the address for a moment: the next request asks again

    def _listen(self, seconds):
        until = time.monotonic() + seconds
        while select.select([self._socket], [], [], max(0, until - time.monotonic()))[0]:
            try:
                self._hear(self._socket.recv(65536).decode("latin-1"), time.monotonic())
            except OSError:
                pass  # a closed port says so

    def _hear(self, text, now):
        if not text.startswith("SIP/2.0 200"):
            return
        headers = dict(reversed([(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in text.partition("\r\n\r\n")[0].split("\r\n")[1:])]))
        number, (cseq, method) = int(headers["call-id"].partition("@")[0]), headers["cseq"].split()
        if method == "INVITE":
            self._remote[number] = headers["to"].partition(";tag=")[2].partition(";")[0], headers["contact"].partition("<")[2].partition(">")[0]
            self._send("ACK", number, 1, self._remote[number][1])
        elif method == "INFO" and self._asked[number][int(cseq) - 2] >= self._since:
            self.first.setdefault(number, now)
