package frontdoor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

const (
	// signedWithin is how far the time of a request may be from our clock.
	signedWithin = 5 * time.Minute
	// nonceKept is how long a nonce is remembered: longer than what it came with is taken.
	nonceKept = 2 * signedWithin
)

var noncePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// nonces remembers the nonces of genuine requests. After a restart they are forgotten: what is repeated then does nothing,
// because its key is known.
type nonces struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

var (
	errUnsigned = errors.New("the signature is wrong")
	errStale    = errors.New("the timestamp is not within five minutes of our clock")
	errUsed     = errors.New("the nonce was used before, or is none")
)

// genuine checks the signature, the time and that the nonce is new, in that order: only nonces that were signed are remembered.
func (n *nonces) genuine(secrets []string, r *http.Request, body []byte, now time.Time) error {
	at, nonce := r.Header.Get("Bridge-Timestamp"), r.Header.Get("Bridge-Nonce")
	good, by := false, ""
	for _, secret := range secrets {
		if hmac.Equal([]byte(signatureOf(secret, r.Method, ownTarget(r.RequestURI), at, nonce, body)), []byte(r.Header.Get("Bridge-Signature"))) {
			good, by = true, secret
		}
	}
	if !good { // promise 14
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > signedWithin {
		return errStale
	}
	key := fmt.Sprintf("%x|%s", sha256.Sum256([]byte(by)), nonce)
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.seen, func(_ string, seen time.Time) bool { return now.Sub(seen) > nonceKept })
	if _, used := n.seen[key]; used || !noncePattern.MatchString(nonce) {
		return errUsed
	}
	if n.seen == nil {
		n.seen = map[string]time.Time{}
	}
	n.seen[key] = now
	return nil
}

// signatureOf is the HMAC-SHA256 over the six lines of the contract.
func signatureOf(secret, method, target, at, nonce string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "bridge-v1\n%s\n%s\n%s\n%s\n%x", method, target, at, nonce, sha256.Sum256(body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
