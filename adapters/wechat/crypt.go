package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/silenceper/wechat/v2/util"
)

// aesBlock is the padding block of the callback cipher, in bytes: PKCS#7 over 32, not 16.
const aesBlock = 32

var errCipher = errors.New("the message does not decrypt: compare aes_key with the EncodingAESKey in the console")

// aesKey is an EncodingAESKey, ready for use. It is safe for concurrent use.
type aesKey struct {
	raw     []byte
	block   cipher.Block
	openers sync.Pool // of opener
}

// opener is a decrypter that can be used again.
type opener interface {
	cipher.BlockMode
	SetIV(iv []byte)
}

func newAESKey(encoded string) (*aesKey, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded + "=")
	if len(encoded) != 43 || err != nil || len(raw) != 32 {
		return nil, fmt.Errorf("an EncodingAESKey has 43 letters and digits, this has %d characters", len(encoded))
	}
	block, err := aes.NewCipher(raw)
	return &aesKey{raw: raw, block: block}, err
}

// decrypt opens a base64 text into buf and returns the message in it, if it is for appID.
// The message is a part of buf.
func (k *aesKey) decrypt(buf *bytes.Buffer, encrypted []byte, appID string) ([]byte, error) {
	buf.Reset()
	buf.Grow(base64.StdEncoding.DecodedLen(len(encrypted)))
	plain := buf.AvailableBuffer()[:base64.StdEncoding.DecodedLen(len(encrypted))]
	n, err := base64.StdEncoding.Decode(plain, encrypted)
	if err != nil || n == 0 || n%aesBlock != 0 {
		return nil, errCipher
	}
	plain = plain[:n]
	k.open(plain)
	return unpack(plain, appID)
}

// open decrypts in place. The decrypter of the last message serves for the next one.
func (k *aesKey) open(text []byte) {
	iv := k.raw[:aes.BlockSize]
	mode, ok := k.openers.Get().(opener)
	if ok {
		mode.SetIV(iv)
	} else if mode, ok = cipher.NewCBCDecrypter(k.block, iv).(opener); !ok {
		cipher.NewCBCDecrypter(k.block, iv).CryptBlocks(text, text)
		return
	}
	mode.CryptBlocks(text, text)
	k.openers.Put(mode)
}

// unpack takes the layout apart: 16 random bytes, length, message, appid, padding.
func unpack(plain []byte, appID string) ([]byte, error) {
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aesBlock || len(plain)-pad < 20 {
		return nil, errCipher
	}
	plain = plain[:len(plain)-pad]
	length := int64(binary.BigEndian.Uint32(plain[16:20]))
	rest := plain[20:]
	if length > int64(len(rest)) {
		return nil, errCipher
	}
	if subtle.ConstantTimeCompare(rest[length:], []byte(appID)) != 1 {
		return nil, errors.New("the message is for another appid")
	}
	return rest[:length], nil
}

// encrypt is the SDK's, which is sound for a key of the right length. Random must be
// 16 bytes that differ from message to message.
func (k *aesKey) encrypt(random, message []byte, appID string) string {
	return base64.StdEncoding.EncodeToString(util.AESEncryptMsg(random, message, appID, k.raw))
}

// buffers lends scratch space, so that a callback allocates little.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *bytes.Buffer {
	if buf, ok := b.pool.Get().(*bytes.Buffer); ok {
		buf.Reset()
		return buf
	}
	return new(bytes.Buffer)
}

// put takes back what is not too large to keep.
func (b *buffers) put(buf *bytes.Buffer) {
	if buf.Cap() <= 64<<10 {
		b.pool.Put(buf)
	}
}

// signature is the hex SHA-1 of the parts, sorted and joined in scratch.
func signature(scratch *bytes.Buffer, parts ...[]byte) [2 * sha1.Size]byte {
	slices.SortFunc(parts, bytes.Compare)
	scratch.Reset()
	for _, p := range parts {
		scratch.Write(p)
	}
	sum := sha1.Sum(scratch.Bytes())
	var out [2 * sha1.Size]byte
	hex.Encode(out[:], sum[:])
	return out
}

func sameSignature(got string, want [2 * sha1.Size]byte) bool {
	return subtle.ConstantTimeCompare([]byte(got), want[:]) == 1
}
