package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"netpatrol/adapters"
)

const (
	startTLS = "starttls"
	fromTLS  = "tls"
)

// mailer hands mails to the agency's own server, never in the clear.
type mailer struct {
	host, from, user, password string
	port                       int
	startTLS                   bool
	roots                      *x509.CertPool // nil: those of the system
}

func newMailer(c adapters.Config) (*mailer, error) {
	o := c.Options
	m := &mailer{from: strings.TrimSpace(o["from"]), user: strings.TrimSpace(o["user"]), password: c.Secrets["password"].Reveal()}
	host, port, err := net.SplitHostPort(strings.TrimSpace(o["server"]))
	if err != nil || host == "" {
		return nil, misconfigured(c, "option server is %q: write name and port of the mail server, such as mail.example.gov.cn:587", o["server"])
	}
	if m.port, err = strconv.Atoi(port); err != nil || m.port < 1 || m.port > 65535 {
		return nil, misconfigured(c, "option server: %q is no port", port)
	}
	m.host = host
	switch way := cmp.Or(strings.TrimSpace(o["tls"]), startTLS); way {
	case startTLS, fromTLS:
		m.startTLS = way == startTLS
	default:
		return nil, misconfigured(c, "option tls is %q: set it to starttls or tls", way)
	}
	if err := mail.NewMsg().From(m.from); err != nil {
		return nil, misconfigured(c, "option from is no address to send from")
	}
	if (m.user == "") != (m.password == "") {
		return nil, misconfigured(c, "option user and secret password belong together: give both or neither")
	}
	return m, nil
}

// carry sends one mail in one dialogue with the server. What the server refused before it had the
// whole text did not arrive; when the connection broke after that, nobody knows.
func (m *mailer) carry(ctx context.Context, at adapters.Attempt, message adapters.Message) (adapters.Ref, error) {
	id := at.Key + "." + strconv.Itoa(at.N) + "@" + m.domain()
	letter, err := m.letter(id, message)
	if err != nil {
		return "", err
	}
	client, stop, err := m.client(ctx)
	if err != nil {
		return "", m.failed(adapters.NotSent, "", err, message)
	}
	defer stop()
	server, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return "", m.greeted(err, message)
	}
	err = client.SendWithSMTPClient(server, letter)
	_ = client.CloseWithSMTPClient(server) // the server has the mail or has said no by now
	if err != nil && !letter.IsDelivered() {
		return "", m.refused(err, message)
	}
	return adapters.Ref(id), nil
}

func (m *mailer) domain() string { return m.from[strings.LastIndex(m.from, "@")+1:] }

// letter is the text as a mail; its first line is the subject.
func (m *mailer) letter(id string, message adapters.Message) (*mail.Msg, error) {
	l := mail.NewMsg()
	subject, _, _ := strings.Cut(message.Text, "\n")
	l.Subject(clipped(subject))
	l.SetMessageIDWithValue(id)
	l.SetBodyString(mail.TypeTextPlain, message.Text)
	if err := l.From(m.from); err != nil {
		return nil, m.failed(adapters.Rejected, "", err, message)
	}
	if err := l.To(message.To.ID); err != nil {
		return nil, rejected(adapters.ScopeRecipient, errors.New("the recipient is no mail address"))
	}
	return l, nil
}

const maxSubject = 60

func clipped(s string) string {
	if r := []rune(s); len(r) > maxSubject {
		return string(r[:maxSubject]) + "…"
	}
	return s
}

// client speaks with the server for as long as ctx lasts.
func (m *mailer) client(ctx context.Context) (*mail.Client, func(), error) {
	conf := &tls.Config{ServerName: m.host, RootCAs: m.roots, MinVersion: tls.VersionTLS12}
	var stops []func() // the library leaves a connection open when the greeting fails
	stop := func() {
		for _, s := range stops {
			s()
		}
	}
	options := []mail.Option{
		mail.WithPort(m.port), mail.WithTLSConfig(conf), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(dialing context.Context, network, addr string) (net.Conn, error) {
			conn, err := m.dial(dialing, network, addr, conf)
			if err == nil {
				unwatch := context.AfterFunc(ctx, func() { _ = conn.Close() })
				stops = append(stops, func() { unwatch(); _ = conn.Close() })
			}
			return conn, err
		}),
	}
	if !m.startTLS {
		options = append(options, mail.WithSSL())
	}
	if m.user != "" {
		options = append(options, mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin), mail.WithUsername(m.user), mail.WithPassword(m.password))
	}
	c, err := mail.NewClient(m.host, options...)
	return c, stop, err
}

func (m *mailer) dial(ctx context.Context, network, addr string, conf *tls.Config) (net.Conn, error) {
	if m.startTLS {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	return (&tls.Dialer{Config: conf}).DialContext(ctx, network, addr)
}

// greeted classifies what failed before a mail was begun: nothing has been sent.
func (m *mailer) greeted(err error, message adapters.Message) error {
	code := replyCode(err.Error())
	class := adapters.NotSent
	if code == "530" || code == "534" || code == "535" || code == "538" {
		class = adapters.AuthExpired
	}
	return m.failed(class, code, err, message)
}

// refused classifies what failed while the mail was handed over.
func (m *mailer) refused(err error, message adapters.Message) error {
	var s *mail.SendError
	if !errors.As(err, &s) {
		return m.failed(adapters.Unknown, "", err, message)
	}
	code := ""
	if s.ErrorCode() > 0 {
		code = strconv.Itoa(s.ErrorCode())
	}
	return m.failed(classOf(s, code), code, err, message)
}

func classOf(s *mail.SendError, code string) adapters.Class {
	begun := s.Reason == mail.ErrWriteContent || s.Reason == mail.ErrSMTPDataClose || s.Reason == mail.ErrSMTPReset || s.Reason == mail.ErrAmbiguous
	switch {
	case code == "530" || code == "535":
		return adapters.AuthExpired
	case strings.HasPrefix(code, "5"):
		return adapters.Rejected
	case strings.HasPrefix(code, "4"), !begun:
		return adapters.NotSent
	}
	return adapters.Unknown
}

// failed is one failure. That a server cannot be reached or has no TLS concerns the whole account.
func (m *mailer) failed(class adapters.Class, code string, err error, message adapters.Message) error {
	scope := adapters.ScopeAccount
	if class == adapters.Rejected || class == adapters.Unknown {
		scope = adapters.ScopeRecipient
	}
	phase := adapters.Written
	if code != "" {
		phase = adapters.Answered
	} else if class == adapters.NotSent {
		phase = adapters.NotWritten
	}
	said := fmt.Sprintf("mail server %s: %v", m.host, adapters.Redact(err))
	return &adapters.Error{Class: class, Scope: scope, Code: code, Phase: phase, Op: op, Err: hidden(said, m.password, message.To.ID)}
}

// replyCode finds the server's three-digit answer in an error of the dialogue.
func replyCode(text string) string {
	for word := range strings.FieldsSeq(text) {
		if n, err := strconv.Atoi(strings.Trim(word, ":,")); err == nil && n >= 400 && n < 600 {
			return strconv.Itoa(n)
		}
	}
	return ""
}
