package adapters_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"netpatrol/adapters"
)

// listen serves every connection with serve on loopback and returns the address.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return "http://" + l.Addr().String()
}

// readRequest reads head and body of a request of "hello".
func readRequest(c net.Conn) {
	var seen []byte
	for buf := make([]byte, 1024); !strings.HasSuffix(string(seen), "hello"); {
		n, err := c.Read(buf)
		if seen = append(seen, buf[:n]...); err != nil {
			return
		}
	}
}

func TestTrace_PhaseAndClass(t *testing.T) {
	closed := listen(t, func(c net.Conn) { _ = c.Close() })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	_ = l.Close()
	for _, c := range []struct {
		name, url string
		phase     adapters.Phase
		class     adapters.Class
	}{
		{"refused", nobody, adapters.NotWritten, adapters.NotSent},
		{"no such host", "http://host.invalid", adapters.NotWritten, adapters.NotSent},
		{"TLS with one who does not speak it", strings.Replace(closed, "http:", "https:", 1), adapters.NotWritten, adapters.NotSent},
		{"read, then closed", listen(t, func(c net.Conn) { readRequest(c); _ = c.Close() }), adapters.Written, adapters.Unknown},
		{"half an answer", listen(t, func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 2")
			_ = c.Close()
		}), adapters.Answered, adapters.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			var trace adapters.Trace
			tr := &http.Transport{}
			defer tr.CloseIdleConnections()
			req, err := http.NewRequestWithContext(trace.Watch(t.Context()), http.MethodPost, c.url+"/send?access_token=hunter2", strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&http.Client{Transport: tr}).Do(req)
			if err == nil {
				t.Fatal("it worked")
			}
			e := trace.Fail("publish", err)
			if e.Phase != c.phase || e.Class != c.class || e.Op != "publish" {
				t.Errorf("%s after %s: %v", e.Class, e.Phase, e)
			}
			if strings.Contains(e.Error(), "hunter2") {
				t.Errorf("the query is in the error: %v", e)
			}
		})
	}
}

// TestTrace_GivenUp: a deadline once the request was written proves nothing.
func TestTrace_GivenUp(t *testing.T) {
	var trace adapters.Trace
	ctx, cancel := context.WithCancel(trace.Watch(t.Context()))
	silent := listen(t, func(c net.Conn) { readRequest(c); cancel() })
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, silent, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = http.DefaultClient.Do(req)
	if e := trace.Fail("send", err); e.Phase != adapters.Written || e.Class != adapters.Unknown || !errors.Is(e, context.Canceled) {
		t.Errorf("%v after %v", e, e.Phase)
	}
}

func TestTrace_NeverGoesBack(t *testing.T) {
	ok := listen(t, func(c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
		_ = c.Close()
	})
	var trace adapters.Trace
	if trace.Phase() != adapters.NotWritten {
		t.Errorf("before: %v", trace.Phase())
	}
	req, _ := http.NewRequestWithContext(trace.Watch(t.Context()), http.MethodPost, ok, strings.NewReader("hello"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if trace.Phase() != adapters.Answered {
		t.Errorf("after: %v", trace.Phase())
	}
}

func TestRedact(t *testing.T) {
	inner := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}
	wrapped := &url.Error{Op: "Post", URL: "https://api.example/send?access_token=hunter2", Err: inner}
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"a client's error", wrapped, inner},
		{"a client's error, wrapped", errors.Join(errors.New("x"), wrapped), inner},
		{"a dialler's", inner, inner},
		{"any other", context.Canceled, context.Canceled},
	} {
		if got := adapters.Redact(c.err); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
