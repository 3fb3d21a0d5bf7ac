// Package clamd is a pretend virus scanner that speaks the protocol of clamd(8) on a real
// socket, for tests. It knows one piece of malware: the EICAR test file.
//
// # Failure model
//
// It answers or, when told to, refuses, breaks off or says an error, as the real one does while it
// reads new signatures or when a file is longer than StreamMaxLength. Close ends all connections
// and returns when their goroutines have.
package clamd

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// Eicar is what every scanner reports and nobody is harmed by.
// Source: eicar.org, the anti-malware test file.
func Eicar() string {
	return `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR` + `-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`
}

// Version is what it calls itself.
const Version = "ClamAV 1.4.3/27832/Wed Nov 25 09:35:02 2026"

// Mood is how it answers.
type Mood int

// The moods.
const (
	Well     Mood = iota
	Breaking      // it takes the call and hangs up
	Failing       // it answers with an error
)

// Scanner is one pretend scanner. It is safe for concurrent use.
type Scanner struct {
	listener net.Listener
	most     uint32 // StreamMaxLength, in bytes

	mu    sync.Mutex
	mood  Mood
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// Serve answers on a listener; a file longer than most bytes is refused.
func Serve(l net.Listener, most uint32) *Scanner {
	s := &Scanner{listener: l, most: most, conns: map[net.Conn]bool{}}
	s.wg.Go(s.accept)
	return s
}

// Feel sets how it answers from now on.
func (s *Scanner) Feel(m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = m
}

// Close ends it.
func (s *Scanner) Close() error {
	err := s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		err = errors.Join(err, c.Close())
	}
	s.conns = nil
	s.mu.Unlock()
	s.wg.Wait()
	return err
}

func (s *Scanner) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.conns == nil {
			s.mu.Unlock()
			_ = conn.Close() // it came as the scanner was closed
			return
		}
		s.conns[conn] = true
		s.wg.Go(func() { s.serve(conn) })
		s.mu.Unlock()
	}
}

func (s *Scanner) serve(conn net.Conn) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.conns[conn] {
			delete(s.conns, conn)
			_ = conn.Close() // it has answered
		}
	}()
	in := bufio.NewReader(conn)
	command, err := in.ReadString(0)
	if err != nil {
		return
	}
	s.mu.Lock()
	mood := s.mood
	s.mu.Unlock()
	if mood == Breaking {
		return
	}
	switch command {
	case "zPING\x00":
		s.say(conn, "PONG")
	case "zVERSION\x00":
		s.say(conn, Version)
	case "zINSTREAM\x00":
		s.scan(conn, in, mood)
	default:
		s.say(conn, "UNKNOWN COMMAND")
	}
}

func (s *Scanner) say(conn net.Conn, line string) { _, _ = fmt.Fprintf(conn, "%s\x00", line) } // who asked may have gone

func (s *Scanner) scan(conn net.Conn, in *bufio.Reader, mood Mood) {
	var file bytes.Buffer
	for {
		var length [4]byte
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint32(length[:])
		if n == 0 {
			break
		}
		if uint32(file.Len())+n > s.most {
			s.say(conn, "INSTREAM size limit exceeded. ERROR")
			return
		}
		if _, err := io.CopyN(&file, in, int64(n)); err != nil {
			return
		}
	}
	switch {
	case mood == Failing:
		s.say(conn, "stream: Can't allocate memory ERROR")
	case bytes.Contains(file.Bytes(), []byte(Eicar())):
		s.say(conn, "stream: Win.Test.EICAR_HDB-1 FOUND")
	default:
		s.say(conn, "stream: OK")
	}
}
