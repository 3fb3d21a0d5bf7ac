package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// MinPassword is the least number of characters of a password.
const MinPassword = 10

// ErrWrong says a password does not match.
var ErrWrong = errors.New("the password does not match")

// ErrShort says a new password is too short or too long.
var ErrShort = fmt.Errorf("a password has %d to %d characters", MinPassword, maxPassword)

// cost is what one guess costs: RFC 9106, section 4, the second recommended choice.
type cost struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

var standard = cost{memory: 64 << 10, time: 3, threads: 4}

const (
	saltLen = 16
	keyLen  = 32
	// maxMemory bounds what a stored string may make us allocate, in KiB.
	maxMemory = 1 << 20
)

// HashPassword returns the argon2id PHC string that [record.Officer.Password] keeps.
func HashPassword(password string) (string, error) {
	if utf8.RuneCountInString(password) < MinPassword || len(password) > maxPassword {
		return "", ErrShort
	}
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails: see crypto/rand
	return phc(salt, derive(password, salt, standard), standard), nil
}

func derive(password string, salt []byte, c cost) []byte {
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.threads, keyLen)
}

func phc(salt, key []byte, c cost) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads, b64(salt), b64(key))
}

// CheckPassword compares a password with a PHC string: nil, ErrWrong, or what is
// wrong with the string.
func CheckPassword(stored, password string) error {
	salt, key, c, err := parsePHC(stored)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(key, derive(password, salt, c)) != 1 {
		return ErrWrong
	}
	return nil
}

func parsePHC(s string) (salt, key []byte, c cost, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, nil, c, errors.New("the stored password is not an argon2id PHC string")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil {
		return nil, nil, c, errors.New("the stored password has unreadable parameters")
	}
	if c.memory == 0 || c.memory > maxMemory || c.time == 0 || c.time > 64 || c.threads == 0 {
		return nil, nil, c, errors.New("the stored password has parameters out of bounds")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, c, errors.New("the stored password has an unreadable salt")
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) != keyLen {
		return nil, nil, c, errors.New("the stored password has an unreadable key")
	}
	return salt, key, c, nil
}
