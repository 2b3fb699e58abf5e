import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.StringJoiner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/**
 * Makes kafka-batches.jsonl with Apache Kafka's own record classes: one batch a line, its header's fields as Kafka reads them,
 * its bytes in base64, and its records, whose value is `text` repeated `times` (null: no value).
 *
 * java -cp 'kafka-clients.jar:lz4-java.jar:snappy-java.jar:zstd-jni.jar' MakeBatches.java > kafka-batches.jsonl
 */
public class MakeBatches {
    static final long TIME = 1_790_000_000_000L;

    public static void main(String[] arguments) {
        for (CompressionType type : new CompressionType[] {CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY,
            CompressionType.LZ4, CompressionType.ZSTD}) {
            write(type.name + ", few records", type, TimestampType.CREATE_TIME, false, 4, 3);
            if (type != CompressionType.NONE) write(type.name + ", many blocks", type, TimestampType.CREATE_TIME, false, 40, 4000);
        }
        write("LogAppendTime", CompressionType.NONE, TimestampType.LOG_APPEND_TIME, false, 2, 1);
        write("transactional", CompressionType.LZ4, TimestampType.CREATE_TIME, true, 2, 1);
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(77, TIME, 5, 4000L, (short) 3,
            new EndTransactionMarker(ControlRecordType.COMMIT, 9));
        print("control", marker, "[]");
    }

    static void write(String name, CompressionType type, TimestampType timestamps, boolean transactional, int count, int times) {
        long producerId = transactional ? 4000L : -1L;
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1024), (byte) 2, Compression.of(type).build(),
            timestamps, 12345678901L, TIME + 5, producerId, (short) (transactional ? 3 : -1), transactional ? 17 : -1,
            transactional, 5);
        StringJoiner records = new StringJoiner(",", "[", "]");
        for (int index = 0; index < count; index++) {
            String key = index % 3 == 0 ? null : "key-" + index;
            String text = index % 4 == 3 ? null : "wert-ä-" + index * 7919 + " ";
            int repeat = index == 0 ? 0 : times + index;
            long timestamp = TIME + (index % 2 == 0 ? index : -1000L * index);
            Header[] headers = index % 2 == 0 ? new Header[0]
                : new Header[] {new RecordHeader("trace", bytes("t" + index)), new RecordHeader("empty", null)};
            builder.append(timestamp, bytes(key), text == null ? null : bytes(text.repeat(repeat)), headers);
            records.add("{\"timestampMs\":" + (timestamps == TimestampType.LOG_APPEND_TIME ? TIME + 5 : timestamp) + ",\"key\":"
                + quoted(key) + ",\"text\":" + quoted(text) + ",\"times\":" + repeat + ",\"headers\":" + (headers.length == 0
                    ? "[]" : "[[\"trace\",\"t" + index + "\"],[\"empty\",null]]") + "}");
        }
        print(name, builder.build(), records.toString());
    }

    static void print(String name, MemoryRecords built, String records) {
        MutableRecordBatch batch = built.batches().iterator().next();
        for (Record record : batch) record.ensureValid();
        ByteBuffer copy = built.buffer().duplicate();
        byte[] bytes = new byte[copy.remaining()];
        copy.get(bytes);
        System.out.println("{\"name\":\"" + name + "\",\"baseOffset\":" + batch.baseOffset() + ",\"lastOffset\":" + batch.lastOffset()
            + ",\"partitionLeaderEpoch\":" + batch.partitionLeaderEpoch() + ",\"crc\":" + batch.checksum() + ",\"maxTimestamp\":"
            + batch.maxTimestamp() + ",\"producerId\":" + batch.producerId() + ",\"producerEpoch\":" + batch.producerEpoch()
            + ",\"baseSequence\":" + batch.baseSequence() + ",\"lastSequence\":" + batch.lastSequence() + ",\"recordCount\":"
            + batch.countOrNull() + ",\"compression\":" + batch.compressionType().id + ",\"isTransactional\":"
            + batch.isTransactional() + ",\"isControl\":" + batch.isControlBatch() + ",\"sizeBytes\":" + batch.sizeInBytes()
            + ",\"bytes\":\"" + Base64.getEncoder().encodeToString(bytes) + "\",\"records\":" + records + "}");
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String quoted(String text) {
        return text == null ? "null" : "\"" + text + "\"";
    }
}
