// Package proof makes and checks proofs of receipt: short signed texts that say which unit
// received what and when, for whoever reported it to keep, paste or print.
//
// A proof is checked offline, with the unit's public key and nothing else. It proves that the
// holder of the key signed these lines; it says itself that it is no 受案回执. What was received
// is in it only as a digest.
//
// # Failure model
//
// Whatever is not exactly what was signed does not verify, and yields nothing. The lines may
// stand inside other text, with other line ends and spaces around them, as they come out of a
// messenger. The key is a file of its own in the state directory: lost, old proofs are still
// verified by the public key that was published, and new ones are signed with a new one.
package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Receipt is what a proof says.
type Receipt struct {
	Unit      string    `json:"unit"`
	Reference string    `json:"reference"`
	Received  time.Time `json:"received"` // to the second
	Messages  int       `json:"messages"` // how many the digest covers
	Digest    string    `json:"digest"`   // hex SHA-256, see Digest
}

// Digest is the hex SHA-256 over messages in the order in which they came, one to a line, and
// then over the hex SHA-256 of each file that came with them, one to a line.
func Digest(messages, files []string) string {
	h := sha256.New()
	for _, m := range messages {
		h.Write([]byte(m + "\n"))
	}
	for _, f := range files {
		h.Write([]byte(f + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

var (
	// ErrNone: the text holds no proof of receipt.
	ErrNone = errors.New("no proof of receipt is in this text")
	// ErrForged: the lines are not what the holder of this key signed.
	ErrForged = errors.New("the proof was not signed with this key, or was changed")
)

// The lines of a proof. Domain keeps its signature from standing for anything else.
const (
	domain   = "netpatrol proof of receipt 1\n"
	title    = "收件凭证（第1版）"
	isNot    = "说明：本凭证只证明上述单位收到了上述内容。它不是受案回执，也不表示已经立案。"
	atUnit   = "收件单位："
	atNumber = "编号："
	atTime   = "收到时间："
	atWhat   = "内容："
	atSign   = "签名："
	counted  = "条，摘要"
	layout   = "2006-01-02 15:04:05 -07:00"
	allLines = 7
)

// body are the lines that are signed.
func (r Receipt) body() string {
	zone := time.FixedZone("CST", 8*60*60)
	return strings.Join([]string{
		title, atNumber + r.Reference, atUnit + r.Unit, atTime + r.Received.In(zone).Format(layout),
		atWhat + strconv.Itoa(r.Messages) + counted + r.Digest, isNot,
	}, "\n")
}

// Sign writes the proof. The same receipt and key always give the same text.
func (k *Key) Sign(r Receipt) string {
	body := r.body()
	return body + "\n" + atSign + hex.EncodeToString(ed25519.Sign(k.private, []byte(domain+body)))
}

// Verify finds the proof in a text and checks that the holder of the key signed it. It returns
// ErrNone or ErrForged.
func Verify(text string, key Public) (Receipt, error) {
	lines, signature, err := find(text)
	if err != nil {
		return Receipt{}, err
	}
	body := strings.Join(lines, "\n")
	if !ed25519.Verify(ed25519.PublicKey(key[:]), []byte(domain+body), signature) { // promise 14
		return Receipt{}, ErrForged
	}
	return parse(lines)
}

// find takes the signed lines out of a text.
func find(text string) (signed []string, signature []byte, err error) {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	for i, l := range lines {
		if l != title || len(lines) < i+allLines {
			continue
		}
		last := lines[i+allLines-1]
		if signature, err = hex.DecodeString(strings.TrimPrefix(last, atSign)); err == nil && strings.HasPrefix(last, atSign) {
			return lines[i : i+allLines-1], signature, nil
		}
	}
	return nil, nil, ErrNone
}

// parse reads lines that were signed.
func parse(lines []string) (r Receipt, err error) {
	r.Reference, r.Unit = strings.TrimPrefix(lines[1], atNumber), strings.TrimPrefix(lines[2], atUnit)
	if r.Received, err = time.Parse(layout, strings.TrimPrefix(lines[3], atTime)); err != nil {
		return Receipt{}, fmt.Errorf("its time: %w", err)
	}
	n, digest, _ := strings.Cut(strings.TrimPrefix(lines[4], atWhat), counted)
	if r.Messages, err = strconv.Atoi(n); err != nil {
		return Receipt{}, fmt.Errorf("its count: %w", err)
	}
	r.Digest = digest
	return r, nil
}
