/*
 * What the toolkit's bench has Kafka Streams do, run from source: java -cp 'jars/*' StreamsPeer.java WORK BOOTSTRAP TOPIC OUTPUT
 * RECORDS GUARANTEE FOLDER. WORK is `count` (by key and minute, on one thread) or `restore` (a table). The last line is JSON.
 */
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;

public class StreamsPeer {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  public static void main(String[] arguments) throws Exception {
    String topic = arguments[2];
    String output = arguments[3];
    long records = Long.parseLong(arguments[4]);
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "peer-" + output);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[1]);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, arguments[5]);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, arguments[6]);
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    if (arguments[0].equals("count")) count(properties, topic, output, records);
    else restore(properties, topic, records);
  }

  private static void count(Properties properties, String topic, String output, long records) throws Exception {
    AtomicLong startedNanos = new AtomicLong();
    AtomicLong endedNanos = new AtomicLong();
    AtomicLong processed = new AtomicLong();
    CountDownLatch all = new CountDownLatch(1);
    StreamsBuilder builder = counted(topic, output, startedNanos, endedNanos, processed, records, all);
    KafkaStreams streams = new KafkaStreams(builder.build(), properties);
    streams.start();
    all.await();
    streams.close();
    print(records * 1e9 / (endedNanos.get() - startedNanos.get()));
    System.exit(0);
  }

  private static StreamsBuilder counted(String topic, String output, AtomicLong startedNanos, AtomicLong endedNanos,
      AtomicLong processed, long records, CountDownLatch all) {
    StreamsBuilder builder = new StreamsBuilder();
    var input = builder.<String, String>stream(topic);
    input
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeWithNoGrace(MINUTE))
        .count(Materialized.<String, Long, WindowStore<Bytes, byte[]>>as("counts"))
        .toStream()
        .to(output, Produced.with(
            WindowedSerdes.timeWindowedSerdeFrom(String.class, MINUTE.toMillis()), Serdes.Long()));
    input.foreach((key, value) -> {
      startedNanos.compareAndSet(0, System.nanoTime());
      if (processed.incrementAndGet() == records) {
        endedNanos.set(System.nanoTime());
        all.countDown();
      }
    });
    return builder;
  }

  private static void restore(Properties properties, String topic, long records) throws Exception {
    AtomicLong startedNanos = new AtomicLong();
    AtomicLong endedNanos = new AtomicLong();
    AtomicLong restored = new AtomicLong();
    StreamsBuilder builder = new StreamsBuilder();
    builder.globalTable(topic, Consumed.with(Serdes.String(), Serdes.String()),
        Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as("table"));
    KafkaStreams streams = new KafkaStreams(builder.build(), properties);
    streams.setGlobalStateRestoreListener(new StateRestoreListener() {
      @Override
      public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
        startedNanos.compareAndSet(0, System.nanoTime());
      }

      @Override
      public void onBatchRestored(TopicPartition partition, String store, long to, long count) {}

      @Override
      public void onRestoreEnd(TopicPartition partition, String store, long total) {
        restored.addAndGet(total);
        endedNanos.set(System.nanoTime());
      }
    });
    streams.start();
    while (streams.state() != KafkaStreams.State.RUNNING) Thread.sleep(5);
    streams.close();
    if (restored.get() < records) throw new IllegalStateException(restored + " records were restored, not " + records);
    print(records * 1e9 / (endedNanos.get() - startedNanos.get()));
    System.exit(0);
  }

  private static void print(double perSecond) throws Exception {
    long kibibytes = Files.lines(Path.of("/proc/self/status"))
        .filter(line -> line.startsWith("VmHWM"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
    System.out.println("{\"perSecond\": " + perSecond + ", \"peakMiB\": " + kibibytes / 1024.0 + "}");
  }
}
