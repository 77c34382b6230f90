"""What operators say in chat: lines read, commands that answer or order, and what they ask or order for."""
