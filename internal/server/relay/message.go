package relay

import (
	"bytes"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// compose writes a letter as RFC 5322 has it. The same letter has the same Message-ID each time, by which those who get it
// twice can tell.
func compose(from *mail.Address, letter domain.Letter) ([]byte, error) {
	var text bytes.Buffer
	for _, header := range [][2]string{
		{"From", from.String()},
		{"To", (&mail.Address{Address: letter.To}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", letter.Subject)},
		{"Date", letter.Date.Format(time.RFC1123Z)},
		{"Message-ID", "<" + letter.ID + from.Address[strings.LastIndexByte(from.Address, '@'):] + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no out-of-office notes, please
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		if strings.ContainsAny(strings.ReplaceAll(header[1], "\r\n ", ""), "\r\n") {
			return nil, fmt.Errorf("the header %s of %s would break its line", header[0], letter.ID)
		}
		fmt.Fprintf(&text, "%s: %s\r\n", header[0], header[1])
	}
	text.WriteString("\r\n")
	body := quotedprintable.NewWriter(&text)
	if _, err := body.Write([]byte(letter.Body)); err != nil {
		return nil, err
	}
	return text.Bytes(), body.Close()
}
