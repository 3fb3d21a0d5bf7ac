package bridge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed request, in either direction.
const (
	timestampHeader = "Bridge-Timestamp" // Unix seconds
	nonceHeader     = "Bridge-Nonce"     // never used before under this secret
	signatureHeader = "Bridge-Signature" // "v1=" and 64 hex digits
)

// maxSkew is how far the timestamp of a request may be from the receiver's clock.
const maxSkew = 5 * time.Minute

var noncePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// signature is the HMAC-SHA256 over six lines: the scheme, the method, the target from
// "/v1/" on as it stands in the request line, the timestamp, the nonce, and the SHA-256
// of the body in hex.
func signature(secret, method, target, timestamp, nonce string, body []byte) string {
	digest := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{"bridge-v1", method, target, timestamp, nonce, hex.EncodeToString(digest[:])}, "\n")))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// signedBy says whether the request is fresh and signed by one of the secrets.
func signedBy(secrets []string, method, target string, h http.Header, body []byte, now time.Time) error {
	timestamp, nonce := h.Get(timestampHeader), h.Get(nonceHeader)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fmt.Errorf("the header %s must hold Unix seconds", timestampHeader)
	}
	if d := now.Sub(time.Unix(seconds, 0)); d > maxSkew || d < -maxSkew {
		return fmt.Errorf("the timestamp is %s away from our clock, at most %s is allowed", d.Round(time.Second), maxSkew)
	}
	if !noncePattern.MatchString(nonce) {
		return fmt.Errorf("the header %s must hold 16 to 64 letters, digits, _ or -", nonceHeader)
	}
	for _, secret := range secrets {
		if hmac.Equal([]byte(h.Get(signatureHeader)), []byte(signature(secret, method, target, timestamp, nonce, body))) {
			return nil
		}
	}
	return errors.New("the signature is wrong: compare the secrets, and what is signed with docs/bridge.md")
}
