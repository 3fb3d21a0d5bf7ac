// Package clamd asks a ClamAV daemon whether a file is malware, over its own socket.
//
// # Failure model
//
// Each call is one connection and one answer, and ends with its context. A scanner that cannot
// be reached, breaks off, or answers what nobody understands is an error, never "clean": only
// the words "stream: OK" are. [ErrLimit] says that the scanner takes no file so large, which
// another try changes only once its StreamMaxLength is raised. Nothing is kept between calls.
//
// The protocol is that of clamd(8), ClamAV 0.95 and later: commands with a z before and a NUL
// behind, and for INSTREAM pieces with their length in four bytes, the most significant first, ended by a length of zero.
package clamd

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
)

// ErrLimit says that the scanner takes no file as large.
var ErrLimit = errors.New("the file is larger than the scanner's StreamMaxLength")

// Client talks to one scanner. It holds no connection and is safe for concurrent use.
type Client struct{ network, address string }

// New reads an address: tcp://host:port or unix:/path/of/socket.
func New(address string) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the address of clamd: %w", err)
	case u.Scheme == "tcp" && u.Port() != "" && u.Hostname() != "" && u.Path == "":
		return &Client{"tcp", u.Host}, nil
	case u.Scheme == "unix" && u.Host == "" && strings.HasPrefix(u.Path, "/"):
		return &Client{"unix", u.Path}, nil
	}
	return nil, errors.New("clamd is reached by tcp://host:port or unix:/path/of/socket")
}

// Version is what a scanner says of itself.
type Version struct {
	Engine string    // such as "ClamAV 1.4.3/27832"
	Base   time.Time // of its signatures; zero: it has none, or does not say
}

// Version asks the scanner who it is: that it answers shows that it can be used.
func (c *Client) Version(ctx context.Context) (Version, error) {
	conn, done, err := c.dial(ctx)
	if err != nil {
		return Version{}, err
	}
	defer done()
	if _, err := io.WriteString(conn, "zVERSION\x00"); err != nil {
		return Version{}, fmt.Errorf("ask clamd for its version: %w", err)
	}
	line, err := answer(conn)
	if err != nil {
		return Version{}, fmt.Errorf("ask clamd for its version: %w", err)
	}
	return readVersion(line)
}

// readVersion reads "ClamAV 1.4.3/27832/Wed Nov 25 09:35:02 2026". A scanner without signatures
// gives its name only.
func readVersion(line string) (Version, error) {
	if !strings.HasPrefix(line, "ClamAV ") {
		return Version{}, fmt.Errorf("this is no clamd: it calls itself %.40q", line)
	}
	parts := strings.SplitN(line, "/", 3)
	if len(parts) < 3 {
		return Version{Engine: clip(line)}, nil
	}
	base, err := time.Parse(time.ANSIC, parts[2])
	if err != nil {
		base = time.Time{} // it says when in words of its own
	}
	return Version{Engine: clip(parts[0] + "/" + parts[1]), Base: base}, nil
}

// piece is how many bytes are sent at once.
const piece = 64 << 10

// Scan sends what from gives, to its end, and returns the name of what was found in it; empty:
// nothing. What from returns comes back as it is.
func (c *Client) Scan(ctx context.Context, from io.Reader) (found string, err error) {
	conn, done, err := c.dial(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	source := &reader{from: from}
	sent := send(conn, source)
	if source.err != nil {
		return "", source.err
	}
	line, err := answer(conn) // a scanner that has enough says so before it breaks off
	if err != nil {
		return "", fmt.Errorf("scan with clamd: %w", errors.Join(sent, err))
	}
	return verdict(line)
}

// reader remembers the failure of what is read, which is none of the scanner's.
type reader struct {
	from io.Reader
	err  error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

func send(to io.Writer, from io.Reader) error {
	w := bufio.NewWriterSize(to, piece+4)
	if _, err := w.WriteString("zINSTREAM\x00"); err != nil {
		return err
	}
	buf := make([]byte, piece)
	for {
		n, err := io.ReadFull(from, buf)
		if n > 0 {
			if err := write(w, buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(write(w, nil), w.Flush())
}

func write(w *bufio.Writer, p []byte) error {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(p)))
	if _, err := w.Write(length[:]); err != nil {
		return err
	}
	_, err := w.Write(p)
	return err
}

// unnamed is what was found when its name cannot be shown: it must not read as nothing.
const unnamed = "unnamed"

func verdict(line string) (found string, err error) {
	said, ok := strings.CutPrefix(line, "stream: ")
	switch {
	case ok && said == "OK":
		return "", nil
	case ok && strings.HasSuffix(said, " FOUND"):
		return cmp.Or(clip(strings.TrimSuffix(said, " FOUND")), unnamed), nil
	case strings.Contains(line, "size limit exceeded"):
		return "", ErrLimit
	}
	return "", fmt.Errorf("scan with clamd: it answers %.120q", line)
}

func (c *Client) dial(ctx context.Context) (conn net.Conn, done func(), err error) {
	conn, err = (&net.Dialer{}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return nil, nil, fmt.Errorf("reach clamd: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return conn, func() { stop(); _ = conn.Close() }, nil // closed by the end of ctx before
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 1 << 10

// answer reads up to the NUL that ends an answer.
func answer(conn io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(conn, maxAnswer)).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("clamd broke off: %w", err)
	}
	return strings.TrimSpace(strings.TrimSuffix(line, "\x00")), nil
}

// clip bounds what a scanner says, which is kept and shown.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120])
	}
	return s
}
