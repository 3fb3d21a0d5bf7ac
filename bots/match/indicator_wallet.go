package match

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"regexp"
	"strings"

	"golang.org/x/crypto/sha3"
)

var wallet = regexp.MustCompile(`0x[0-9a-f]{40}|bc1[02-9ac-hj-np-z]{11,71}|[t13][1-9a-z]{25,34}`)

// wallets finds addresses of the common chains. All but the plain form of Ethereum's carry a check,
// which is made on the letters as they were written; what fails it is no address.
func (f Folded) wallets() (all []candidate) {
	for _, at := range wallet.FindAllStringIndex(f.Text, -1) {
		if f.within(at, isWord) {
			continue
		}
		address := f.cased(at[0], at[1])
		if sure := walletCheck(address); sure > 0 {
			all = append(all, found(Wallet, address, at[0], at[1], sure))
		}
	}
	return all
}

func walletCheck(address string) (confidence int) {
	switch lower := strings.ToLower(address); {
	case strings.HasPrefix(lower, "0x"):
		return ethereum(address[2:])
	case strings.HasPrefix(lower, "bc1"):
		if bech32(lower) {
			return 95
		}
	case base58Check(address):
		return 95
	}
	return 0
}

// ethereum checks the capitals of an address (EIP-55). One without capitals has no check.
func ethereum(hexed string) int {
	lower := strings.ToLower(hexed)
	if hexed == lower || hexed == strings.ToUpper(hexed) {
		return 80
	}
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(lower))
	sum := hex.EncodeToString(h.Sum(nil))
	for i := range lower {
		if upper := hexed[i] != lower[i]; lower[i] >= 'a' && upper != (sum[i] >= '8') {
			return 0
		}
	}
	return 95
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Check checks addresses of Bitcoin (1…, 3…) and Tron (T…): 21 bytes and the first four
// of their double SHA-256.
func base58Check(s string) bool {
	n := new(big.Int)
	for _, r := range s {
		d := strings.IndexRune(base58, r)
		if d < 0 {
			return false
		}
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(d)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	b := n.FillBytes(make([]byte, 25))
	if !strings.ContainsRune("\x00\x05\x41", rune(b[0])) {
		return false
	}
	once := sha256.Sum256(b[:21])
	twice := sha256.Sum256(once[:])
	return bytes.Equal(twice[:4], b[21:])
}

const bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 checks a segwit address (BIP 173, BIP 350).
func bech32(s string) bool {
	chk := uint32(1)
	step := func(v uint32) {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ v
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	for _, v := range [...]uint32{3, 3, 0, 2, 3} { // "bc", expanded
		step(v)
	}
	for _, r := range s[3:] {
		step(uint32(strings.IndexRune(bech32Letters, r)))
	}
	return chk == 1 || chk == 0x2bc830a3
}
