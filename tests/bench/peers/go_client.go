// go_client: a plain WebSocket client over gorilla/websocket, as one would write it in Go.
//
//	go_client receive|send|both|one URL
//
// Messages are lines on stdout and stdin.
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"os"

	"github.com/gorilla/websocket"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, "go_client:", err)
	os.Exit(1)
}

func receive(connection *websocket.Conn) {
	out := bufio.NewWriterSize(os.Stdout, 64<<10)
	defer out.Flush()
	for {
		_, message, err := connection.ReadMessage()
		if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			return
		}
		if err != nil {
			fail(err)
		}
		out.Write(message)
		out.WriteByte('\n')
	}
}

func send(connection *websocket.Conn) {
	in := bufio.NewReaderSize(os.Stdin, 256<<10)
	for {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			var rest []byte
			line = append([]byte(nil), line...)
			rest, err = in.ReadBytes('\n')
			line = append(line, rest...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			fail(err)
		}
		if err := connection.WriteMessage(websocket.TextMessage, line[:len(line)-1]); err != nil {
			fail(err)
		}
	}
	leave(connection)
}

func leave(connection *websocket.Conn) {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	connection.WriteMessage(websocket.CloseMessage, bye)
	for {
		if _, _, err := connection.ReadMessage(); err != nil {
			return
		}
	}
}

func both(connection *websocket.Conn) {
	go func() {
		for {
			_, message, err := connection.ReadMessage()
			if err != nil {
				os.Exit(0)
			}
			os.Stdout.Write(append(message, '\n'))
		}
	}()
	send(connection)
}

func one(connection *websocket.Conn) {
	if err := connection.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
		fail(err)
	}
	_, message, err := connection.ReadMessage()
	if err != nil {
		fail(err)
	}
	fmt.Println(string(message))
	leave(connection)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("go_client, gorilla/websocket 1.5.3")
		return
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go_client receive|send|both|one URL")
		os.Exit(2)
	}
	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	connection, _, err := dialer.Dial(os.Args[2], nil)
	if err != nil {
		fail(err)
	}
	modes := map[string]func(*websocket.Conn){
		"receive": receive, "send": send, "both": both, "one": one}
	mode, known := modes[os.Args[1]]
	if !known {
		fail(fmt.Errorf("no such mode: %s", os.Args[1]))
	}
	mode(connection)
	connection.Close()
}
