package adapters

import (
	"errors"
	"fmt"
	"io"
)

// ErrTooLarge is inside the error about a medium of more than [MaxMedia].
var ErrTooLarge = fmt.Errorf("it is larger than %d MiB", MaxMedia>>20)

// MaxMedia is the size in bytes above which no medium is fetched.
const MaxMedia = 64 << 20

// Content is one medium while it is being read.
type Content struct {
	Type string // MIME type, as the platform says; believe the bytes instead
	Size int64  // in bytes, as the platform says; -1 when it does not
	Body io.ReadCloser
}

// Bounded returns c with a Body that fails with an [*Error] of class [Rejected] once it
// gives more than [MaxMedia], and of class [NotSent] when it ends before Size or cannot be
// read. A Size that is too large is refused at once, and Body closed. Op names what is
// being done in errors.
func Bounded(op string, c Content) (Content, error) {
	if c.Size > MaxMedia {
		return Content{}, errors.Join(tooLarge(op), c.Body.Close())
	}
	c.Body = &bounded{ReadCloser: c.Body, op: op, left: MaxMedia, want: c.Size}
	return c, nil
}

func tooLarge(op string) error {
	return &Error{Class: Rejected, Op: op, Phase: Answered, Err: ErrTooLarge}
}

type bounded struct {
	io.ReadCloser
	op   string
	left int64
	want int64 // -1: not known
	read int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	b.read += int64(n)
	switch {
	case b.left < 0:
		return n, tooLarge(b.op)
	case err == io.EOF && b.want >= 0 && b.read < b.want:
		err = io.ErrUnexpectedEOF
	case err == nil || err == io.EOF:
		return n, err
	}
	return n, &Error{Class: NotSent, Op: b.op, Phase: Answered, Err: Redact(err)}
}
