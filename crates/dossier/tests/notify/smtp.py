"""An SMTP server that prints its port, then every mail it takes as one line of JSON. Ends when its input does."""
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

mode, certificate, key = (sys.argv + ["", ""])[1:4]

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if b"X-Refuse" in envelope.content or any(to.startswith("full@") for to in envelope.rcpt_tos):
            return "452 no room"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_filename() or "body": part.get_content() for part in mail.walk() if not part.is_multipart()}
        parts = {name: part.decode() if isinstance(part, bytes) else part for name, part in parts.items()}
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": mail["Subject"], "parts": parts,
                          "auto": mail["Auto-Submitted"], "id": mail["Message-ID"], "date": mail["Date"],
                          "tls": server.transport.get_extra_info("ssl_object") is not None, "user": session.auth_data}), flush=True)
        return "250 OK"

def authenticate(server, session, envelope, mechanism, data):
    login, password = data.login.decode(), data.password.decode()
    if (login, password) == ("ada", "geheim!"):
        return AuthResult(success=True, auth_data=login)
    return AuthResult(success=False, handled=False)

async def main():
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    login = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False} if "login" in mode else {}
    starttls = {"tls_context": context, "require_starttls": True} if "starttls" in mode else {}
    make = lambda: SMTP(Handler(), enable_SMTPUTF8=True, hostname="mail.example", **login, **starttls)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=context if mode.startswith("tls") else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
