package signin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// keyForm is the session's own secret, which signs the keys of its forms.
const keyForm = "form"

// FormKey makes the key of one form: a nonce that names the submission, and proof that
// this very session was given the form. Outside a session it is empty.
func (d *Door) FormKey(ctx context.Context) string {
	secret := d.sessions.GetString(ctx, keyForm)
	if secret == "" {
		return ""
	}
	nonce := rand.Text()
	return nonce + "." + proof(secret, nonce)
}

// FormNonce checks a form's key against the session and returns its nonce.
func (d *Door) FormNonce(ctx context.Context, key string) (nonce string, ok bool) {
	secret := d.sessions.GetString(ctx, keyForm)
	nonce, sent, found := strings.Cut(key, ".")
	if secret == "" || !found || len(nonce) > 32 {
		return "", false
	}
	return nonce, hmac.Equal([]byte(sent), []byte(proof(secret, nonce)))
}

func proof(secret, nonce string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(nonce))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
